package io.goroscope.cli.broker;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds ports for servers that have to know theirs before they start. */
public final class FreePort {

    private FreePort() {}

    /** A port of localhost that nobody listens on now; somebody else may take it before the caller does. */
    public static int find() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UserException("no free port on localhost: " + e.getMessage(), e);
        }
    }
}
