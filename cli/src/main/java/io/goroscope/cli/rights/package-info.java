/**
 * What each part of the pipeline may do on a cluster that asks for rights: {@link io.goroscope.cli.rights.Grant} says it,
 * {@code goroscope topics --acls} prints it as commands, and {@link io.goroscope.cli.rights.RightsCheck} looks, before a part
 * starts, whether the cluster grants it, so that what is missing is one line and not a stack of retries.
 *
 * <p>The list is the least: a test runs the whole pipeline with it on a broker that denies everything else, and takes each
 * right away in turn.
 */
package io.goroscope.cli.rights;
