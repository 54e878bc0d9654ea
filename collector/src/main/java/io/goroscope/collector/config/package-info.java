/**
 * The configuration of a collector: a YAML file, over it the environment, over that the command line. {@link
 * io.goroscope.collector.config.Layers} lays them over each other as a tree of {@link io.goroscope.collector.config.Setting}s, each of
 * which knows where it stands, so that whatever is wrong is said with its line; {@link
 * io.goroscope.collector.config.ConfigurationReader} makes a {@link io.goroscope.collector.config.Configuration} of it and refuses
 * what it does not know. {@code docs/configuration.md} lists every key.
 */
package io.goroscope.collector.config;
