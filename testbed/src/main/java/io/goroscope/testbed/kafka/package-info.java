/** What tests ask of a Kafka cluster. */
package io.goroscope.testbed.kafka;
