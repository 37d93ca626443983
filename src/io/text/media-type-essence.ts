/** The essence of a media type: without parameters, in lower case (MIME Sniffing §4.4). */
export const essenceOf = (type: string) => type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
