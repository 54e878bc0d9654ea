package io.goroscope.streams.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;

/**
 * Stands between clients and a broker, and passes on what they say to each other; but when it is asked to, it ends the
 * connection in place of the answer that tells a member of a streams group its tasks, as it ends when a broker dies.
 */
public final class LosingProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    /** The beginning of the client id whose next tasks are lost; null where none are. */
    private final AtomicReference<String> victim = new AtomicReference<>();

    /** Takes a port. */
    public LosingProxy() {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("no free port", e);
        }
    }

    /** Where clients come. */
    public int port() {
        return listening.getLocalPort();
    }

    /** Lets them come from now on. */
    public void passTo(int brokerPort) {
        start("losing-proxy", () -> {
            while (true) {
                Socket client = listening.accept();
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
                sockets.add(client);
                sockets.add(broker);
                Map<Integer, RequestHeader> heartbeats = new ConcurrentHashMap<>();
                start("losing-proxy-requests", () -> pass(client, broker, frame -> noteHeartbeat(frame, heartbeats)));
                start("losing-proxy-answers", () -> pass(broker, client, frame -> !isLost(frame, heartbeats)));
            }
        });
    }

    /** From now on the next tasks of a client that is a member already are lost; those of one that joins are told again. */
    public void loseTasksOf(String clientIdPrefix) {
        victim.set(clientIdPrefix);
    }

    /** Whether they were. */
    public boolean hasLost() {
        return victim.get() == null;
    }

    @FunctionalInterface
    private interface Io {
        void run() throws IOException;
    }

    @FunctionalInterface
    private interface Filter {
        boolean passes(ByteBuffer frame);
    }

    private static void start(String name, Io io) {
        Thread thread = new Thread(
                () -> {
                    try {
                        io.run();
                    } catch (IOException e) {
                        // One side has closed its connection, or all are closed: the other side sees it as well.
                        return;
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private void pass(Socket from, Socket to, Filter filter) throws IOException {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                if (!filter.passes(ByteBuffer.wrap(frame))) {
                    return;
                }
                ByteBuffer whole = ByteBuffer.allocate(Integer.BYTES + frame.length);
                out.write(whole.putInt(frame.length).put(frame).array());
            }
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static boolean noteHeartbeat(ByteBuffer request, Map<Integer, RequestHeader> heartbeats) {
        if (request.getShort(0) == ApiKeys.STREAMS_GROUP_HEARTBEAT.id) {
            RequestHeader header = RequestHeader.parse(request);
            StreamsGroupHeartbeatRequest heartbeat = (StreamsGroupHeartbeatRequest)
                    AbstractRequest.parseRequest(header.apiKey(), header.apiVersion(), new ByteBufferAccessor(request))
                            .request;
            if (heartbeat.data().memberEpoch() > 0) {
                heartbeats.put(header.correlationId(), header);
            }
        }
        return true;
    }

    private boolean isLost(ByteBuffer answer, Map<Integer, RequestHeader> heartbeats) {
        RequestHeader header = heartbeats.remove(answer.getInt(0));
        String loser = victim.get();
        if (header == null || loser == null || !header.clientId().startsWith(loser)) {
            return false;
        }
        StreamsGroupHeartbeatResponse heartbeat =
                (StreamsGroupHeartbeatResponse) AbstractResponse.parseResponse(answer, header);
        return heartbeat.data().activeTasks() != null && victim.compareAndSet(loser, null);
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
