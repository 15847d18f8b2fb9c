// How the picture of the card looks: a comment on GitHub by day, in rules of our own.
export const CARD_STYLE = `
* { box-sizing: border-box }
html { background: #fff }
body {
  width: 880px; margin: 0; padding: 16px; color: #1f2328;
  font: 14px/1.5 Inter, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif;
}
.thread { display: flex; gap: 14px; align-items: flex-start }
.face {
  flex: none; width: 40px; height: 40px; border-radius: 8px; background: #8c2f24; color: #fff;
  font: 600 24px/40px Georgia, 'DejaVu Serif', serif; text-align: center;
}
.comment { flex: 1; min-width: 0; border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden }
.head { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; color: #59636e }
.head b { color: #1f2328; font-weight: 600 }
.label { margin: 0 4px; padding: 1px 7px; border: 1px solid #d1d9e0; border-radius: 2em; font-size: 12px; font-weight: 500 }
.body { padding: 16px }
.body > :first-child { margin-top: 0 }
.body > :last-child { margin-bottom: 0 }
h3 { margin: 0 0 16px; font-size: 18px; font-weight: 600; line-height: 1.3 }
p, ul, details { margin: 0 0 16px }
ul { padding-left: 2em }
li + li { margin-top: 4px }
strong { font-weight: 600 }
a { color: #0969da; text-decoration: none }
code {
  padding: 2px 5px; border-radius: 6px; background: #eff1f3;
  font: 85%/1.4 ui-monospace, 'Liberation Mono', Menlo, Consolas, monospace;
}
a code { color: inherit }
sub { color: #59636e; font-size: 12px; line-height: 1; vertical-align: baseline }
`;
