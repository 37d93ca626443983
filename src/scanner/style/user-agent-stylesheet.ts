/**
 * What a browser's own stylesheet says that bears on what is fetched (HTML
 * §15.3): what is hidden, what is bold or italic, and that form controls do
 * not inherit their font. Closed `details`, and what shows something instead
 * of its content, hide that in another way, which no stylesheet undoes.
 */
export const USER_AGENT_STYLE = `
annotation, annotation-xml, area, base, basefont, datalist, desc, head, link, meta, metadata, noembed, noframes, noscript, param, rp, script, style, template,
title, [hidden]:not([hidden=until-found i]), [popover], dialog:not([open]), input[type=hidden i],
audio:not([controls]) { display: none }
[hidden=until-found i] > *, details:not([open]) > :not(summary), audio > *, canvas > *, meter > *, progress > *,
select > *, video > * { display: none !important }
b, strong { font-weight: bolder }
h1, h2, h3, h4, h5, h6, th { font-weight: bold }
address, cite, dfn, em, i, var { font-style: italic }
code, kbd, pre, samp, tt, listing, xmp, plaintext { font-family: monospace }
button, input, optgroup, option, select { font: 400 13px system-ui }
textarea { font: 400 13px monospace }
option { font-weight: normal }
`;
