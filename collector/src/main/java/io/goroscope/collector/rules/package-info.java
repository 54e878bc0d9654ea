/**
 * Which functions of which processes: {@link io.goroscope.collector.rules.Rule}. A process belongs to the first rule that fits it,
 * so none is traced twice. Some conditions are about the file that a process runs ({@link
 * io.goroscope.collector.rules.FileFacts}) and are judged once for each file, the others about the process ({@link
 * io.goroscope.collector.rules.ProcessFacts}) and are judged each time that one starts.
 */
package io.goroscope.collector.rules;
