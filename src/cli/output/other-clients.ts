import { shellWord } from "../../io/text/shell-word.js";

/** How what is no browser of this machine comes to trust an authority: a line for each. */
export function otherClients(file: string): string[] {
  const word = shellWord(file);
  return [
    `other programs and machines need the authority's certificate, ${file}:`,
    `  curl     curl --cacert ${word} https://localhost:8443/`,
    `  Node     NODE_EXTRA_CA_CERTS=${word} node app.js`,
    `  Python   SSL_CERT_FILE=${word} python3 app.py (requests: REQUESTS_CA_BUNDLE), which then trusts nothing else`,
    `  Java     keytool -importcert -noprompt -alias h2push -file ${word} -keystore trust.p12 -storepass changeit`,
    "           java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit App",
    "  iOS      send it the file and open it there; install it in Settings > General > VPN & Device Management;",
    "           then switch it on in Settings > General > About > Certificate Trust Settings",
    "  Android  copy it there; Settings > Security > Encryption & credentials > Install a certificate > CA certificate",
  ];
}
