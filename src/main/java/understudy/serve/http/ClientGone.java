package understudy.serve.http;

/// The caller has closed the connection; nobody reads an answer any more.
@SuppressWarnings("serial") // errors are never serialised
public final class ClientGone extends RuntimeException {
    ClientGone() {
        super("the client has gone", null, false, false);
    }
}
