package io.goroscope.e2e;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One connection that asks by GET and waits, on the caller's thread: a load that takes little of the CPUs that the server
 * needs, and no thread of its own whose turn would show in the server's figures.
 */
final class PlainConnection implements Closeable {

    private static final String LENGTH = "content-length:";

    private final Socket socket;
    private final InputStream in;
    private final byte[] request;

    PlainConnection(URI uri) throws IOException {
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        request = "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"
                .formatted(uri.getRawPath(), uri.getAuthority())
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends one request. True where it was answered well. */
    boolean isAnswered() throws IOException {
        socket.getOutputStream().write(request);
        boolean well = line().contains(" 200 ");
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).strip());
            }
        }
        in.skipNBytes(length);
        return well;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server has closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
