import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Loads a page with Java's HttpClient, and prints status, length and path of it and of each push. Arguments: URL, certificate (PEM). */
public class Pushes {
  public static void main(String[] arguments) throws Exception {
    var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(trusting(arguments[1])).build();
    var request = HttpRequest.newBuilder(URI.create(arguments[0])).build();
    ConcurrentMap<HttpRequest, CompletableFuture<HttpResponse<byte[]>>> pushes = new ConcurrentHashMap<>();
    var handler = HttpResponse.PushPromiseHandler.of((HttpRequest promised) -> BodyHandlers.ofByteArray(), pushes);
    // The second time, nothing is pushed again on the same connection.
    for (int load = 0; load < 2; load++) {
      pushes.clear();
      var page = client.sendAsync(request, BodyHandlers.ofByteArray(), handler).join();
      System.out.println(line(page));
      var sorted = new TreeMap<String, String>();
      for (var push : pushes.values()) sorted.put(push.join().uri().getPath(), line(push.join()));
      sorted.values().forEach(System.out::println);
      System.out.println("end");
    }
  }

  private static String line(HttpResponse<byte[]> response) {
    return response.statusCode() + " " + response.version() + " " + response.body().length + " " + response.uri().getPath();
  }

  private static SSLContext trusting(String file) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var factory = CertificateFactory.getInstance("X.509");
    try (var input = Files.newInputStream(Path.of(file))) {
      int number = 0;
      for (var certificate : factory.generateCertificates(input)) store.setCertificateEntry("h2push" + number++, certificate);
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
