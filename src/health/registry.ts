import * as z from "zod";
import type { HealthCheck } from "../core/ports.ts";
import * as exec from "./kinds/exec.ts";
import * as http from "./kinds/http.ts";
import * as ping from "./kinds/ping.ts";
import * as tcp from "./kinds/tcp.ts";
import { oneLine } from "./result.ts";

/** Every kind of check, by the word that stands in a config: its schema, what it probes, and how one is made. */
export const CHECK_KINDS = { http, tcp, ping, exec } satisfies {
  readonly [Kind in CheckConfig["kind"]]: KindModule<Extract<CheckConfig, { kind: Kind }>>;
};

/** One check as an operator writes it; the output has every default filled in and durations in milliseconds. */
export const checkSchema = z.discriminatedUnion("kind", [http.schema, tcp.schema, ping.schema, exec.schema]);

export type CheckConfig = z.output<typeof checkSchema>;
export type CheckInput = z.input<typeof checkSchema>;

interface KindModule<Config> {
  readonly schema: z.ZodType<Config>;
  target(config: Config): string;
  create(config: Config): HealthCheck;
}

/** A check, ready to run; throws UsageError when a file that it names cannot be used. */
export function createCheck(config: CheckConfig): HealthCheck {
  switch (config.kind) {
    case "http":
      return http.create(config);
    case "tcp":
      return tcp.create(config);
    case "ping":
      return ping.create(config);
    case "exec":
      return exec.create(config);
  }
}

/** The check's name, or one made from its kind and target: `tcp 127.0.0.1:8080`, `http http://127.0.0.1:8080/`. At most 200 characters. */
export function checkName(config: CheckConfig): string {
  return config.name ?? oneLine(`${config.kind} ${checkTarget(config)}`);
}

function checkTarget(config: CheckConfig): string {
  switch (config.kind) {
    case "http":
      return http.target(config);
    case "tcp":
      return tcp.target(config);
    case "ping":
      return ping.target(config);
    case "exec":
      return exec.target(config);
  }
}
