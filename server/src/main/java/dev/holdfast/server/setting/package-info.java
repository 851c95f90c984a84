/**
 * Settings of an operator: from the command line, the environment and a YAML file, checked, with a sentence for whatever is
 * wrong. Knows no setting; which there are is told by its caller.
 */
@NullMarked
package dev.holdfast.server.setting;

import org.jspecify.annotations.NullMarked;
