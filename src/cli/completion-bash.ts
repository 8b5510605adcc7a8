import type { FlagName } from "../config/flags.ts";
import type { Operand, Tree, TreeCommand, TreeFlag } from "./tree.ts";

/** How a value is completed in each shell. */
export type ValueKind = "words" | "file" | "folder" | "none";

/** What may stand as a flag's value, by what it stands for in a usage line. */
export function valueKind({ boolean, choices, placeholder }: TreeFlag): ValueKind {
  if (boolean || choices.length > 0) return "words";
  if (placeholder === "FILE" || placeholder === "PATH") return "file";
  return placeholder === "DIR" ? "folder" : "none";
}

export function valueWords({ boolean, choices }: TreeFlag): readonly string[] {
  return boolean ? ["true", "false"] : choices;
}

/** Flags by name, each once: those of all commands, and of each. */
export function everyFlag({ flags, commands }: Tree): readonly TreeFlag[] {
  const all = [...flags, ...commands.flatMap((command) => command.flags)];
  return [...new Map(all.map((flag) => [flag.name, flag])).values()];
}

/** The flags that say where the services are known. */
export const WHERE: readonly FlagName[] = ["config", "state-dir", "admin-socket"];

/** The completion for bash 4 and later, which needs no package beside it. */
export function bashScript(tree: Tree): string {
  const every = everyFlag(tree);
  const texts = every.filter((flag) => !flag.boolean).map(({ name }) => name);
  return `# bash completion for bgp-lb; made by: bgp-lb completion bash
_bgp_lb_words() {
  # compgen -W splits by IFS; what it prints is one word a line.
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}
_bgp_lb_services() {
  _bgp_lb_words "$("\${COMP_WORDS[0]}" completion services "\${told[@]}" 2> /dev/null)"
}
# Of the flags before the cursor those that say whom to ask for the services.
_bgp_lb_tell() {
  case $1 in ${WHERE.join(" | ")}) told+=("-$1=$2") ;; esac
}
_bgp_lb_files() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}
_bgp_lb_value() {
  case $1 in
${every.map(bashValue).join("")}  esac
}
_bgp_lb() {
  local cur=\${COMP_WORDS[COMP_CWORD]} flag= command= operand=0 word name i dashes
  local -a told=()
  COMPREPLY=()
  # The words before this one. Readline makes three of -flag=value.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      -*)
        name=\${word#-} name=\${name#-} flag=
        if [[ \${COMP_WORDS[i+1]} == "=" ]]; then
          if ((i + 1 == COMP_CWORD)); then flag=$name cur=
          elif ((i + 2 == COMP_CWORD)); then flag=$name
          else _bgp_lb_tell "$name" "\${COMP_WORDS[i+2]}"; fi
          ((i += 2))
        else
          case $name in
            ${texts.join(" | ")})
              if ((i + 1 == COMP_CWORD)); then flag=$name; else _bgp_lb_tell "$name" "\${COMP_WORDS[i+1]}"; fi
              ((i += 1)) ;;
          esac
        fi ;;
      *)
        if [[ -z $command ]]; then command=$word; else ((operand += 1)); fi ;;
    esac
  done
  if [[ -n $flag ]]; then _bgp_lb_value "$flag"; return; fi
  if [[ $cur == -* ]]; then
    local flags="${tree.flags.map(({ name }) => name).join(" ")} help"
    case $command in
${tree.commands
  .filter(({ flags }) => flags.length > 0)
  .map(bashFlags)
  .join("")}    esac
    dashes=-
    [[ $cur == --* ]] && dashes=--
    _bgp_lb_words "$(for name in $flags; do printf '%s%s ' "$dashes" "$name"; done)"
    return
  fi
  case $command/$operand in
    /*) _bgp_lb_words "${tree.commands.map(({ name }) => name).join(" ")}" ;;
${tree.commands.map(bashOperands).join("")}  esac
}
complete -F _bgp_lb bgp-lb
`;
}

function bashValue(flag: TreeFlag): string {
  const does = {
    words: `_bgp_lb_words "${valueWords(flag).join(" ")}"`,
    file: "_bgp_lb_files -f",
    folder: "_bgp_lb_files -d",
    none: ":",
  }[valueKind(flag)];
  return `    ${flag.name}) ${does} ;;\n`;
}

function bashFlags({ name, flags }: TreeCommand): string {
  return `      ${name}) flags+=" ${flags.map((flag) => flag.name).join(" ")}" ;;\n`;
}

function bashOperands({ name, operands }: TreeCommand): string {
  return operands
    .map((operand, at) => `    ${name}/${at === operands.length - 1 ? "*" : at}) ${bashOperand(operand)} ;;\n`)
    .join("");
}

function bashOperand(operand: Operand): string {
  if (operand === "service") return "_bgp_lb_services";
  return operand === "file" ? "_bgp_lb_files -f" : `_bgp_lb_words "${operand.join(" ")}"`;
}
