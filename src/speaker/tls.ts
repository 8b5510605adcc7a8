import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { type ChannelCredentials, type ChannelOptions, credentials, type VerifyOptions } from "@grpc/grpc-js";
import { messageOf } from "../core/errors.ts";
import { CallFailed } from "./failure.ts";

/** PEM texts. Without `ca` the system's authorities are trusted; `cert` and `key` go together. */
export interface Tls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

interface Secured {
  readonly credentials: ChannelCredentials;
  /** What grpc-js is to be told about the channel beside them. */
  readonly options: ChannelOptions;
}

/** How a channel to this address is secured. Throws CallFailed for TLS files that cannot be used. */
export function secured(api: string, tls: Tls | undefined): Secured {
  if (tls === undefined) return { credentials: credentials.createInsecure(), options: {} };
  const { verify, options } = identity(api);
  try {
    return {
      credentials: credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null, verify),
      options,
    };
  } catch (error) {
    const said = messageOf(error);
    throw new CallFailed(
      "refused",
      `the TLS files of bgp.gobgp cannot be used (${said}); ca, cert and key are PEM, and cert and key go together`,
    );
  }
}

/**
 * Whom the certificate has to name: the host of the address. grpc-js asks the server for it by the same name, which must not be
 * an IP address (RFC 6066; Node warns, and will ignore it), so the server is then asked for any name, and the address is verified.
 */
function identity(api: string): { readonly verify: VerifyOptions; readonly options: ChannelOptions } {
  const host = api.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) === 0) return { verify: {}, options: {} };
  return {
    verify: {
      checkServerIdentity: (_name: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate),
    },
    options: { "grpc.ssl_target_name_override": "gobgpd" },
  };
}
