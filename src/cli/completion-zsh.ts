import { everyFlag, valueKind, valueWords, WHERE } from "./completion-bash.ts";
import type { Operand, Tree, TreeCommand, TreeFlag } from "./tree.ts";

/** The completion for zsh 5 and later: a file `_bgp-lb` in $fpath, or to be sourced after compinit. */
export function zshScript(tree: Tree): string {
  const every = everyFlag(tree);
  const texts = every.filter((flag) => !flag.boolean).map(({ name }) => name);
  return `#compdef bgp-lb
# zsh completion for bgp-lb; made by: bgp-lb completion zsh
_bgp_lb_value() {
  case $1 in
${every.map(zshValue).join("")}  esac
}
_bgp_lb_services() {
  local -a names
  names=(\${(f)"$(\${words[1]} completion services "\${told[@]}" 2> /dev/null)"})
  compadd -a names
}
# Of the flags before the cursor those that say whom to ask for the services.
_bgp_lb_tell() {
  case $1 in ${WHERE.join("|")}) told+=("-$1=$2") ;; esac
}
_bgp_lb() {
  local flag= command= word name dashes
  local -a told flags commands
  integer i operand=0
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case $word in
      -*=*)
        name=\${\${\${word%%=*}#-}#-}
        _bgp_lb_tell $name "\${word#*=}" ;;
      -*)
        name=\${\${word#-}#-}
        case $name in
          ${texts.join("|")})
            if ((i + 1 == CURRENT)); then flag=$name; else _bgp_lb_tell $name "\${words[i+1]}"; fi
            ((i += 1)) ;;
        esac ;;
      *) if [[ -z $command ]]; then command=$word; else ((operand += 1)); fi ;;
    esac
  done
  if [[ -n $flag ]]; then _bgp_lb_value $flag; return; fi
  if [[ \${words[CURRENT]} == -*=* ]]; then
    name=\${\${\${words[CURRENT]%%=*}#-}#-}
    compset -P '*='
    _bgp_lb_value $name
    return
  fi
  if [[ \${words[CURRENT]} == -* ]]; then
    dashes=-
    [[ \${words[CURRENT]} == --* ]] && dashes=--
    flags=(
${tree.flags.map(zshFlag).join("")}      "\${dashes}help:what it does and with which flags"
    )
    case $command in
${tree.commands
  .filter(({ flags }) => flags.length > 0)
  .map(zshFlags)
  .join("")}    esac
    _describe -o flag flags
    return
  fi
  case $command/$operand in
    /*)
      commands=(
${tree.commands.map(({ name, meaning }) => `        ${quote(`${name}:${colons(meaning)}`)}\n`).join("")}      )
      _describe command commands ;;
${tree.commands.map(zshOperands).join("")}  esac
}
if [[ $funcstack[1] == _bgp-lb ]]; then _bgp_lb "$@"; else compdef _bgp_lb bgp-lb; fi
`;
}

function zshValue(flag: TreeFlag): string {
  const does = {
    words: `compadd ${valueWords(flag).join(" ")}`,
    file: "_files",
    folder: "_files -/",
    none: "_message value",
  }[valueKind(flag)];
  return `    ${flag.name}) ${does} ;;\n`;
}

function zshFlag({ name, meaning }: TreeFlag): string {
  return `      "\${dashes}"${quote(`${name}:${colons(meaning)}`)}\n`;
}

function zshFlags({ name, flags }: TreeCommand): string {
  return `      ${name}) flags+=(\n${flags.map(zshFlag).join("")}      ) ;;\n`;
}

function zshOperands({ name, operands }: TreeCommand): string {
  return operands
    .map((operand, at) => `    ${name}/${at === operands.length - 1 ? "*" : at}) ${zshOperand(operand)} ;;\n`)
    .join("");
}

function zshOperand(operand: Operand): string {
  if (operand === "service") return "_bgp_lb_services";
  return operand === "file" ? "_files" : `compadd ${operand.join(" ")}`;
}

/** _describe splits a line at its first colon that is not escaped. */
function colons(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
