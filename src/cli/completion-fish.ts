import { everyFlag, valueKind, valueWords, WHERE } from "./completion-bash.ts";
import type { Operand, Tree, TreeCommand, TreeFlag } from "./tree.ts";

/** The completion for fish 3 and later. */
export function fishScript(tree: Tree): string {
  const names = tree.commands.map(({ name }) => name);
  const texts = everyFlag(tree)
    .filter((flag) => !flag.boolean)
    .map(({ name }) => name);
  return `# fish completion for bgp-lb; made by: bgp-lb completion fish
# The words before the cursor that are neither flags nor values of flags: the command, and what follows it.
function __bgp_lb_words
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
        else if string match -qr -- '^--?(${texts.join("|")})$' $word
            set skip 1
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end
function __bgp_lb_command
    set -l words (__bgp_lb_words)
    test "$words[1]" = "$argv[1]"
end
function __bgp_lb_at
    set -l words (__bgp_lb_words)
    test "$words[1]" = "$argv[1]"; and test (count $words) -$argv[2] $argv[3]
end
function __bgp_lb_services
    set -l told
    set -l words (commandline -opc)
    for i in (seq 2 (count $words))
        if string match -qr -- '^--?(${WHERE.join("|")})$' $words[$i]
            set -a told $words[$i]=$words[(math $i + 1)]
        else if string match -qr -- '^--?(${WHERE.join("|")})=' $words[$i]
            set -a told $words[$i]
        end
    end
    $words[1] completion services $told 2>/dev/null
end
complete -c bgp-lb -f
${tree.commands.map(({ name, meaning }) => `complete -c bgp-lb -n 'test (count (__bgp_lb_words)) -eq 0' -a ${name} -d ${quote(meaning)}\n`).join("")}${tree.flags
  .map((flag) => fishFlag(flag, ""))
  .join(
    "",
  )}${tree.commands.map(fishCommand).join("")}complete -c bgp-lb -l help -o help -d ${quote(`what it does and with which flags: of bgp-lb, or of ${names[0]} and the others`)}
`;
}

function fishCommand({ name, flags, operands }: TreeCommand): string {
  const own = flags.map((flag) => fishFlag(flag, ` -n '__bgp_lb_command ${name}'`));
  const words = operands.map((operand, at) => {
    const condition = `__bgp_lb_at ${name} ${at === operands.length - 1 ? "ge" : "eq"} ${at + 1}`;
    return `complete -c bgp-lb -n '${condition}' ${fishOperand(operand)}\n`;
  });
  return [...own, ...words].join("");
}

function fishFlag(flag: TreeFlag, condition: string): string {
  const value = {
    words: ` -a ${quote(valueWords(flag).join(" "))}`,
    file: " -F",
    folder: " -a '(__fish_complete_directories)'",
    none: "",
  }[valueKind(flag)];
  // A boolean takes its value after = only, which -r would claim the next word for.
  const takes = flag.boolean ? "" : ` -r${value}`;
  return `complete -c bgp-lb${condition} -l ${flag.name} -o ${flag.name}${takes} -d ${quote(flag.meaning)}\n`;
}

function fishOperand(operand: Operand): string {
  if (operand === "service") return "-a '(__bgp_lb_services)'";
  return operand === "file" ? "-F" : `-a ${quote(operand.join(" "))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
