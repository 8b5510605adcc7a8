import { styleText } from "node:util";
import { type Health, type HostPicture, type Picture, RECENT } from "./picture.ts";
import { clock, count, families, lastError, type Screen } from "./screen.ts";

const ESC = "\u001b[";
const BAR = 18;

/** A terminal of 80 columns or more: one frame, redrawn where it stands, so that what was above it stays readable. */
export class TerminalScreen implements Screen {
  readonly #start = performance.now();
  readonly #vips: readonly string[];
  readonly #write: (text: string) => void;
  readonly #columns: number;
  readonly #acts: string[] = [];
  #story: string[] = [];
  #failed = false;
  #picture: Picture | undefined;
  #height = 0;

  constructor(vips: readonly string[], write: (text: string) => void, columns: number) {
    this.#vips = vips;
    this.#write = write;
    this.#columns = columns;
  }

  say(text: string): void {
    this.#tell(
      ...wrap(text, this.#columns - 9).map((line, index) => `      ${index === 0 ? green("✓") : " "} ${line}`),
    );
  }

  act(number: number, title: string): void {
    // The steps of the act before make room; that it held is enough to know.
    this.#story = this.#done();
    this.#acts.push(title);
    this.#tell(`   ${paint("bold", `${number}. ${title}`)}`);
  }

  failure(text: string): void {
    this.#failed = true;
    const lines = text.split("\n").flatMap((line) => wrap(line, this.#columns - 9));
    this.#tell(...lines.slice(0, 12).map((line, index) => `      ${index === 0 ? red("✗") : " "} ${line}`));
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.#draw();
  }

  end(lines: readonly string[]): void {
    if (!this.#failed) this.#story = this.#done();
    this.#draw();
    this.#height = 0;
    this.#write(`${lines.join("\n")}\n`);
  }

  #done(): string[] {
    return this.#acts.map((title, index) => ` ${green("✓")} ${index + 1}. ${title}`);
  }

  #tell(...lines: readonly string[]): void {
    this.#story.push(...lines);
    this.#draw();
  }

  #draw(): void {
    const lines = [...this.#frame(), ...this.#story];
    const up = this.#height > 0 ? `${ESC}${this.#height}A\r` : "";
    // Each line is overwritten and then cleared to its end, in one write: nothing is ever blank, so nothing flickers.
    this.#write(`${up}${lines.map((line) => `${line}${ESC}K\n`).join("")}${ESC}J`);
    this.#height = lines.length;
  }

  #frame(): readonly string[] {
    const picture = this.#picture;
    const title = paint("bold", "bgp-lb lab");
    const head = ` ${title}  ${this.#vips.join("  ")}`;
    const visible = 13 + this.#vips.join("  ").length;
    const top = `${head}${clock(this.#start).padStart(Math.max(2, this.#columns - visible - 1))}`;
    if (picture === undefined) return [top, ""];
    const most = Math.max(1, ...picture.hosts.map((host) => host.recent));
    const errors = `${count(picture.errors, "error")}${lastError(picture)}`;
    return [
      top,
      "",
      paint("dim", ` host  service  gobgpd  bgp-lb  announces  at router  requests, the last ${RECENT / 1000} s`),
      ...picture.hosts.map((host) => this.#host(host, most)),
      "",
      ...picture.table.map(({ prefix, nextHops }, index) =>
        this.#cut(` ${index === 0 ? "router" : "      "}  ${prefix.padEnd(19)}via ${nextHops.join(" ") || "nothing"}`),
      ),
      ` client  ${picture.requests} requests, ${picture.errors === 0 ? green(errors) : red(errors)}`,
      "",
    ];
  }

  #host(host: HostPicture, most: number): string {
    const announces = families(host.announces, this.#vips).padEnd(9);
    const routed = families(host.routed, this.#vips).padEnd(9);
    const bar = "█".repeat(Math.round((host.recent / most) * BAR)).padEnd(BAR, "·");
    return ` ${host.name.padEnd(4)}  ${state(host.service, 7)}  ${state(host.gobgpd, 6)}  ${state(host.controller, 6)}  ${colour(
      announces,
      host.announces?.every(Boolean) === true,
    )}  ${colour(routed, host.routed.every(Boolean))}  ${String(host.requests).padStart(6)} ${bar}`;
  }

  #cut(line: string): string {
    return line.length < this.#columns ? line : `${line.slice(0, this.#columns - 2)}…`;
  }
}

function state(health: Health, width: number): string {
  return health === "up" ? health.padEnd(width) : red(health.toUpperCase().padEnd(width));
}

function colour(text: string, good: boolean): string {
  return good ? green(text) : red(text);
}

function green(text: string): string {
  return paint("green", text);
}

function red(text: string): string {
  return paint("red", text);
}

/** Without a look at stdout: the lab knows by itself what is a terminal; in the guest, stdout is a pipe to one. */
function paint(format: "bold" | "dim" | "green" | "red", text: string): string {
  return styleText(format, text, { validateStream: false });
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
