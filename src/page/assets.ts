import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

const TYPES = {
  "frame.css": "text/css; charset=utf-8",
  "parts.css": "text/css; charset=utf-8",
  "last-hour.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
  "uPlot.iife.min.js": "text/javascript; charset=utf-8",
  "uPlot.min.css": "text/css; charset=utf-8",
  "idiomorph.min.js": "text/javascript; charset=utf-8",
} as const satisfies Readonly<Record<string, string>>;

/** The files of assets/, by name: read once, and no path of a request ever reaches the disk. Throws where one is missing. */
export function readAssets(): ReadonlyMap<string, Asset> {
  return new Map(
    Object.entries(TYPES).map(([name, type]) => {
      const bytes = readFileSync(new URL(`../../assets/${name}`, import.meta.url));
      const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 16)}"`;
      return [name, { type, bytes, etag }];
    }),
  );
}
