export const below = [{ name: "Granite", metres: 400, text: "From here on, it only gets warmer." }];
