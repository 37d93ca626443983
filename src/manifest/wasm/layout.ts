// Where in the memory of the WebAssembly what it and its callers share stands. Compiled by both.

/** Byte offset of the fields, 4 bytes each, whose indices follow. */
export const FIELDS = 1024;
/** Number of the place that the walk is in. */
export const PLACE = 0;
/** Of the tag that the walk stopped at: where its `<` is, its step if that is known. */
export const START = 1;
export const STEP = 2;
/** Why it stopped. */
export const STOP = 3;
/** Length of each list below. */
export const ENTERED = 4;
export const WITH_TEXT = 5;
export const BEYOND_ASCII = 6;
export const REFERRING = 7;
/** Of the tag that was read last: hash of its name and where that ends, number of attributes, whether it ends in `/`. */
export const NAME_HASH = 8;
export const NAME_END = 9;
export const ATTRIBUTES = 10;
export const SELF_CLOSING = 11;
export const FIELD_COUNT = 12;

/** Why a walk stops: the bytes end; a tag is not known; an edge is not known; a list is full. */
export const AT_END = 0;
export const AT_TAG = 1;
export const AT_EDGE = 2;
export const FULL = 3;

/** What a tag does beside its step: nothing; it refers to something; so does a script, which has to end at once. */
export const STEP_ALONE = 0;
export const REFERS = 1;
export const REFERS_AND_ENDS = 2;

/** For each value of the low bits of an attribute name's hash, what counts of the attributes that have it: a byte. */
export const ASKED = 0x800;
export const ASKED_BITS = 10;
export const ASKED_NOTHING = 0;
export const ASKED_PRESENCE = 1;
/** The value of an id, if its mark is wanted. */
export const ASKED_ID = 2;
export const ASKED_VALUE = 3;

/** For each mark of a value, whether it is that of an id that counts: a byte. */
export const ID_MARKS = 0x1000;

/** For each attribute of the tag that was read last: hash of the name, its start and end, start and end of the value. */
export const ATTRIBUTE_TABLE = 0x1_1000;
export const ATTRIBUTE_FIELDS = 5;
/** More are passed over: no tag that a person wrote has them. */
export const ATTRIBUTE_LIMIT = 1000;

/** Places that were entered for the first time in this page; those that have text for the first time. */
export const ENTERED_LIST = 0x1_6000;
export const TEXT_LIST = 0x1_a000;
/** Texts with characters beyond ASCII: place, start and end of each. */
export const BEYOND_LIST = 0x1_e000;
export const BEYOND_FIELDS = 3;
/** Tags that refer to something: slot of each, and where its `<` is. */
export const REFERRING_LIST = 0x2_a000;
export const REFERRING_FIELDS = 2;
/** Entries of each list. */
export const LIST_LENGTH = 4096;

/** Hashes of tags met lately, by their low bits: 4 bytes each. */
export const MET = 0x3_2000;
export const MET_BITS = 13;

/** The tags that come again: hash, length, step, what it does beside; then its bytes. */
export const TAG_SLOTS = 0x3_a000;
export const TAG_BITS = 12;
export const TAG_SIZE = 256;
export const TAG_BYTES = 16;

/** The edges met last: the place that each begins at, its step, the place that is entered, the place that it ends at. */
export const EDGES = 0x13_a000;
export const EDGE_BITS = 14;
export const EDGE_SIZE = 16;

/** Where short tags lead from the places met last: the tag, place and length, the place that is entered, the one it leads to, the page that went there last. */
export const WAYS = 0x17_a000;
export const WAY_BITS = 14;
export const WAY_SIZE = 32;

/** Places kept: what has more is no site, but an attack. */
export const PLACES = 200_000;
/** The page that was in each place last, and that had text there: 4 bytes each. */
export const PAGES = 0x1f_a000;
export const TEXT_PAGES = 0x2b_e000;
/** The step of the end tag of the element at each place, and the place around it: 4 bytes each. */
export const ENDS = 0x38_2000;
export const END_SIZE = 8;

/** Where the bytes of the page begin. */
export const INPUT = 0x51_8000;
/** What is read beyond their end at most. */
export const SLACK = 512;
