/** Below it is what `--inspect` answers. No site has it: dotfiles are served by `--dotfiles` alone. */
export const OWN_PATH = "/.h2push/";
