/** Below it are the paths of h2push itself. No site has them: dotfiles are served by `--dotfiles` alone. */
export const OWN_PATH = "/.h2push/";
