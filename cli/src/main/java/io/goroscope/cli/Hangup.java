package io.goroscope.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * SIGHUP as a request to read the configuration again. The JVM would end at it. Its class for signals is the only way, and is
 * supported though not part of Java SE (module jdk.unsupported), hence the reflection.
 */
final class Hangup {

    private Hangup() {}

    /** From now on SIGHUP runs this, in a thread of its own. */
    static void handle(Runnable reload) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
                reload.run();
                return null;
            }
            return method.getName().equals("equals")
                    ? (Object) (proxy == arguments[0])
                    : System.identityHashCode(reload);
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, type)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance("HUP"),
                            Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no sun.misc.Signal", e);
        }
    }
}
