/**
 * What the faces of the HTTPS port share: the errors that callers are answered with, how a refusal becomes an answer and a report, and
 * how ids and versions in a request are read. Decides nothing.
 */
@NullMarked
package dev.holdfast.hub.http;

import org.jspecify.annotations.NullMarked;
