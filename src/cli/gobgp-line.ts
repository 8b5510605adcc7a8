/** The command line that asks this gobgpd, which is not always where gobgp looks by itself. */
export function gobgpLine(api: string, words: string): string {
  const [, host = "", port = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(api) ?? [];
  if (port === "") return `gobgp --target ${api} ${words}`;
  const where = [...(host === "127.0.0.1" ? [] : ["-u", host]), ...(port === "50051" ? [] : ["-p", port])];
  return ["gobgp", ...where, words].join(" ");
}
