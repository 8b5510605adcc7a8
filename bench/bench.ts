import type { Row } from "./row.ts";

/** One thing that is measured beside a named baseline. */
export interface Bench {
  readonly name: string;
  /** What is measured beside what, in one line. */
  readonly about: string;
  /** What a reader has to know to make the right thing of the figures. */
  readonly reading: string;
  /** nothing: runs as it is; network: network, processes and mounts of its own (root); kernel: dummy links and IPVS too, in a guest kernel where need be. */
  readonly needs: "nothing" | "network" | "kernel";
  /**
   * Measures in a process of its own. It does not tidy up: what it starts ends with its namespaces, and its files are below the TMPDIR
   * that it is given. Throws Missing where it cannot run here.
   */
  measure(): Promise<readonly Row[]>;
}

/** A bench cannot run here; the message says why, and what would help. */
export class Missing extends Error {}

/** What became of a bench. */
export type Answer =
  | { readonly rows: readonly Row[] }
  | { readonly skipped: string }
  /** It broke: why. */
  | { readonly broken: string };
