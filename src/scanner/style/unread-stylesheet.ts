/**
 * What a stylesheet on a CDN most often hides: the classes of Bootstrap,
 * Tailwind, Bulma, UIkit and W3.CSS, and those that scripts take away.
 */
export const UNREAD_STYLE = `
.hidden, .hide, .d-none, .is-hidden, .uk-hidden, .w3-hide, .mfp-hide, [x-cloak], [v-cloak],
.modal:not(.show, .is-active), .offcanvas:not(.show), .collapse:not(.show), .toast:not(.show), .dropdown-menu:not(.show),
.tab-pane:not(.active), .carousel-item:not(.active), .uk-modal, .uk-offcanvas, .uk-dropdown, .uk-drop, .w3-modal
{ display: none }
`;
