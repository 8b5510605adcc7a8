/**
 * The messages of both GoBGP generations as proto-loader hands them over: field names of the .proto files, absent
 * messages null, absent repeated fields empty. Where the generations differ the field is unknown, and the dialect reads it.
 */
export interface WireFamily {
  readonly afi: number;
  readonly safi: number;
}

export interface WirePrefix {
  readonly prefix_len: number;
  readonly prefix: string;
}

export interface WireGlobal {
  readonly asn: number;
  readonly router_id: string;
  readonly listen_port: number;
}

export interface WirePeer {
  readonly conf: {
    readonly neighbor_address: string;
    readonly peer_asn: number;
    readonly auth_password?: string;
  } | null;
  readonly state: {
    readonly neighbor_address: string;
    readonly session_state: number;
    readonly messages?: { readonly sent: { readonly update: number; readonly open: number } | null } | null;
  } | null;
  readonly timers?: {
    readonly config?: { readonly hold_time: number } | null;
    readonly state: { readonly uptime: { readonly seconds: number } | null } | null;
  } | null;
  readonly ebgp_multihop?: { readonly enabled: boolean; readonly multihop_ttl: number } | null;
  /** While it restarts gobgpd writes no UPDATE to the peer (RFC 4724, 4.1). */
  readonly graceful_restart?: { readonly local_restarting: boolean } | null;
  readonly ttl_security?: { readonly enabled: boolean; readonly ttl_min: number } | null;
  readonly transport: { readonly remote_port: number } | null;
  readonly afi_safis: readonly { readonly config: { readonly family: WireFamily | null } | null }[];
}

export interface WirePath {
  readonly nlri: unknown;
  readonly pattrs: readonly unknown[];
  readonly is_withdraw: boolean;
  readonly source_asn: number;
  readonly identifier: number;
}

export interface WirePolicyAssignment {
  readonly direction: number;
  readonly policies: readonly WirePolicy[];
  readonly default_action: number;
}

export interface WirePolicy {
  readonly name: string;
  readonly statements: readonly {
    readonly name: string;
    readonly conditions: { readonly route_type: number } | null;
    readonly actions: { readonly route_action: number } | null;
  }[];
}

/** Of the two fields one is set, the one that `event` names. */
export interface WireEvent {
  readonly event?: "peer" | "table";
  readonly peer?: { readonly type: number; readonly peer: WirePeer | null } | null;
  readonly table?: { readonly paths: readonly WirePath[] } | null;
}
