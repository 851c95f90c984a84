package dev.holdfast.hub.service.http;

import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.wire.http.HttpResponse;
import java.util.List;

/**
 * One entry of the service API.
 *
 * @param pattern the segments of the path; one in braces stands for any
 * @param right what a policy needs to come here
 */
record ServiceRoute(String method, List<String> pattern, AccessRight right, Answer answer) {
    /** Does the work of an entry. */
    @FunctionalInterface
    interface Handler {
        HttpResponse answer(ServiceCall call) throws ServiceFault;
    }

    /** What happens to a call that may come here. */
    sealed interface Answer {
        record By(Handler handler) implements Answer {}

        /** @param what the subject of the sentence that says so */
        record NotServedYet(String what) implements Answer {}
    }

    ServiceRoute {
        pattern = List.copyOf(pattern);
    }

    static ServiceRoute served(String method, String path, AccessRight right, Handler handler) {
        return new ServiceRoute(method, segments(path), right, new Answer.By(handler));
    }

    static ServiceRoute later(String method, String path, AccessRight right, String what) {
        return new ServiceRoute(method, segments(path), right, new Answer.NotServedYet(what));
    }

    private static List<String> segments(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    /** Whether a path is this entry's; fixed words in any case, as some clients spell them. */
    boolean matches(List<String> path) {
        if (path.size() != pattern.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            String expected = pattern.get(i);
            if (!expected.startsWith("{") && !expected.equalsIgnoreCase(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The path as people write it. */
    String path() {
        return "/" + String.join("/", pattern);
    }
}
