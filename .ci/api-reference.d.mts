/** See api-reference.mjs. */
export function unexported(): string[];
export function apiReference(): string;
export function withReference(text: string): string;
export function readme(): string;
