import { resolve } from "node:path";
import type { Loaded } from "../config/config.ts";
import { parseGoBool } from "../config/flags.ts";
import { parseGobgpAddress } from "../config/gobgp-address.ts";
import { loadConfig, parseConfig } from "../config/load.ts";
import { parseMetricsAddress } from "../config/metrics-address.ts";
import type { ReadFile } from "../config/password-file.ts";
import { UsageError } from "../core/errors.ts";
import type { MetricsListener } from "../daemon/metrics-endpoint.ts";
import { preflight } from "../daemon/preflight.ts";
import type { ConfigText } from "../daemon/reload.ts";
import type { Settings } from "../daemon/settings.ts";
import type { Options } from "./options.ts";
import { adminAddress, guardSocket, stateDirectoryOf } from "./options.ts";

/** What every command starts from: the flags and the config file; throws UsageError with every problem of them. `given` stands for the file, `readFile` for what reads the passwords. */
export async function readSettings(
  options: Options,
  given?: ConfigText,
  readFile?: ReadFile,
): Promise<{ readonly settings: Settings; readonly warnings: readonly string[] }> {
  const { network, ipvs, metrics } = readFlags(options);
  const { config, warnings } = await readConfig(options, given, readFile);
  const settings = {
    config,
    file: given?.file ?? options["config"] ?? "",
    network,
    ipvs: ipvs && network,
    metrics: metrics && { ...metrics, ...webOptions(options) },
    stateDirectory: stateDirectoryOf(options),
    guardSocket: guardSocket(options),
    admin: adminAddress(options),
  };
  return { settings, warnings: ipvs && !network ? [...warnings, IPVS_ALONE] : warnings };
}

function webOptions(options: Options): Pick<MetricsListener, "webConfig" | "required"> {
  const file = options["metrics-web-config"] ?? "";
  const required = parseGoBool(options["metrics-required"] ?? "false", "metrics-required");
  return { required, ...(file !== "" && { webConfig: resolve(file) }) };
}

/** The flags that mean something without a config; throws UsageError for those that mean nothing. */
export function readFlags(options: Options) {
  return {
    file: options["config"] ?? "",
    network: parseGoBool(options["network-setup"] ?? "true", "network-setup"),
    ipvs: parseGoBool(options["ipvs-setup"] ?? "false", "ipvs-setup"),
    metrics: parseMetricsAddress(options["metrics-address"] ?? ""),
    gobgpAddress: parseGobgpAddress(options["gobgp-address"]),
  };
}

/** The config file alone, or what is given in its place; throws ConfigError with every problem of it. */
export async function readConfig(options: Options, given?: ConfigText, readFile?: ReadFile): Promise<Loaded> {
  const { file, metrics, gobgpAddress } = readFlags(options);
  const context = { metricsAddress: metrics, gobgpAddress, readFile };
  return given === undefined ? loadConfig(file, context) : parseConfig(given.text, given.file, context);
}

/** Throws UsageError where the config cannot be used on this host: the name of somebody else's device, a file that a check needs. */
export async function refuseUnfit(settings: Settings): Promise<void> {
  const unfit = await preflight(settings);
  if (unfit.length > 0) throw new UsageError(unfit.map((line) => `${settings.file}: ${line}`).join("\n"));
}

const IPVS_ALONE = "-ipvs-setup counts only together with -network-setup, so no IPVS is set up";
