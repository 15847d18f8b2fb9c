// The style of the set-up pages, light and dark.
export const SETUP_STYLE = `
:root {
  --paper: #f6f5f1; --sheet: #fff; --ink: #1d1f23; --faint: #5d636d; --line: #dcd9d0; --seal: #8c2f24; --on-seal: #fff;
  --code: #f1efe8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a; --sheet: #1d2026; --ink: #e8e6e1; --faint: #a0a5ae; --line: #343841; --seal: #e0856f;
    --on-seal: #1d1210; --code: #282c34;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif;
}
header, main { max-width: 40rem; margin: 0 auto }
header { padding-bottom: 1rem; color: var(--seal); font: 600 .95rem/1 Georgia, serif; letter-spacing: .14em; text-transform: uppercase }
main { padding: 2rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px }
h1 { margin: 0 0 .75rem; font: 600 1.75rem/1.2 Georgia, serif; overflow-wrap: anywhere }
h2 { margin: 0 0 .5rem; font-size: 1.05rem }
p { margin: .5rem 0; overflow-wrap: anywhere }
section { margin-top: 1.75rem; padding-top: 1.5rem; border-top: 1px solid var(--line) }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-top: .75rem }
.note { color: var(--faint); font-size: .9rem }
input {
  flex: 1 1 10rem; min-width: 0; padding: .5rem .7rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: 7px;
}
input[type=radio], input[type=checkbox] { flex: none; width: 1.1rem; height: 1.1rem; margin: 0 .6rem 0 0; accent-color: var(--seal) }
.stack { display: grid; gap: 1.5rem; margin-top: 1.5rem }
.field { display: grid; gap: .35rem }
fieldset { display: grid; gap: .75rem; min-width: 0; margin: 0; padding: 1rem 1.1rem 1.1rem; border: 1px solid var(--line); border-radius: 9px }
legend { padding: 0 .4rem; font-weight: 600 }
.field > label { font-weight: 600 }
.choice { display: flex; align-items: center }
fieldset .note, .field .note { margin: 0 }
.problem { margin-top: 1rem; padding: .7rem .9rem; border: 1px solid var(--seal); border-radius: 7px }
.of-own { display: none }
form:has([value=own]:checked) .of-own { display: flex }
form:has([value=own]:checked) .of-organization { display: none }
button {
  padding: .65rem 1.2rem; font: inherit; font-weight: 600; color: var(--on-seal); background: var(--seal);
  border: 1px solid var(--seal); border-radius: 7px; cursor: pointer;
}
button.quiet { padding: .5rem .9rem; color: inherit; background: transparent; border-color: var(--line) }
button:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--seal); outline-offset: 2px }
a { color: var(--seal) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: .5rem 0 1.25rem }
dt { color: var(--faint) }
dd { margin: 0; overflow-wrap: anywhere }
ol { margin: .5rem 0 0; padding-left: 1.3rem }
li { margin: .6rem 0 }
code, pre { font: .875em/1.5 ui-monospace, Menlo, Consolas, monospace; background: var(--code); border-radius: 5px }
code { padding: .1em .35em; overflow-wrap: anywhere }
pre {
  max-height: 16rem; margin: .75rem 0; padding: .8rem 1rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
}
details { margin-top: 1.25rem; color: var(--faint) }
summary { cursor: pointer }
.columns { columns: 2; margin: .75rem 0; padding: 0; list-style: none }
.columns li { margin: 0 0 .35rem; break-inside: avoid }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } main { padding: 1.25rem } .columns { columns: 1 } }
`;
