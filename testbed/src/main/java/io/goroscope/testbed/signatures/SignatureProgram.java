package io.goroscope.testbed.signatures;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A program with functions {@code f0}, {@code f1}, … of random signatures. It calls each once, and writes one line for each
 * into the file that is its argument: the function's name, then its arguments, then its results, all as goroscope writes
 * values, separated by tabs; an empty field stands between arguments and results.
 */
public final class SignatureProgram {

    private static final String NAME = "signatures";

    private SignatureProgram() {}

    /**
     * Builds one, unless the cache has it.
     *
     * @param functions how many
     */
    public static TestProgram build(Toolchain toolchain, Flavor flavor, int functions, long seed) {
        TreeMap<String, byte[]> files = new TreeMap<>();
        files.put("main.go", source(functions, seed).getBytes(StandardCharsets.UTF_8));
        return TestProgram.build(toolchain, NAME, files, flavor);
    }

    static String source(int functions, long seed) {
        Random random = new Random(seed);
        ValueGenerator values = new ValueGenerator(random);
        StringBuilder code = new StringBuilder();
        StringBuilder calls = new StringBuilder();
        for (int f = 0; f < functions; f++) {
            List<GoValue> arguments = some(values, random.nextInt(7));
            List<GoValue> results = some(values, random.nextInt(4));
            function(code, f, arguments, results);
            calls.append("\tf").append(f).append('(');
            for (int i = 0; i < arguments.size(); i++) {
                String variable = "a" + f + "_" + i;
                code.append("var ")
                        .append(variable)
                        .append(' ')
                        .append(arguments.get(i).type());
                code.append(" = ").append(arguments.get(i).expression()).append('\n');
                calls.append(i == 0 ? "" : ", ").append(variable);
            }
            calls.append(")\n");
        }
        return HEAD + String.join("\n", values.declarations()) + code + "\nfunc calls() {\n" + calls + "}\n";
    }

    private static List<GoValue> some(ValueGenerator values, int count) {
        List<GoValue> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(values.next(3));
        }
        return some;
    }

    private static void function(StringBuilder code, int number, List<GoValue> arguments, List<GoValue> results) {
        StringBuilder names = new StringBuilder();
        StringBuilder shown = new StringBuilder();
        List<String> given = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            String variable = "r" + number + "_" + i;
            code.append("var ")
                    .append(variable)
                    .append(' ')
                    .append(results.get(i).type());
            code.append(" = ").append(results.get(i).expression()).append('\n');
            names.append(i == 0 ? " " : ", ").append(variable);
            given.add(shown(results.get(i), variable));
        }
        code.append("\n//go:noinline\nfunc f").append(number).append('(');
        for (int i = 0; i < arguments.size(); i++) {
            code.append(i == 0 ? "" : ", ")
                    .append((char) ('a' + i))
                    .append(' ')
                    .append(arguments.get(i).type());
            shown.append(", ").append(shown(arguments.get(i), String.valueOf((char) ('a' + i))));
        }
        code.append(") (");
        for (int i = 0; i < results.size(); i++) {
            code.append(i == 0 ? "" : ", ").append(results.get(i).type());
        }
        code.append(") {\n\tsay(\"f").append(number).append('"').append(shown).append(")\n");
        code.append("\tend(").append(String.join(", ", given)).append(")\n");
        code.append("\treturn").append(names).append("\n}\n\n");
    }

    /** What is in an interface would be passed on as such, and the interface itself forgotten. */
    private static String shown(GoValue value, String variable) {
        return switch (value.type()) {
            case "interface{}", "error", "Shape" -> "boxed{" + variable + "}";
            default -> variable;
        };
    }

    private static final String HEAD = """
            package main

            import (
            	"bufio"
            	"errors"
            	"fmt"
            	"os"
            	"reflect"
            	"runtime"
            	"strconv"
            	"strings"
            	"time"
            )

            type Level int32

            type Failure struct {
            	What string
            	Code int
            }

            func (f *Failure) Error() string { return f.What }

            type Shape interface{ Area() int }

            type Square int

            func (s Square) Area() int { return int(s) * int(s) }

            //go:noinline
            func twice(n int) int { return 2 * n }

            func filled(n int) chan int {
            	c := make(chan int, 8)
            	for i := 0; i < n; i++ {
            		c <- i
            	}
            	return c
            }

            var _ = errors.New
            var _ = time.Second
            var out *bufio.Writer

            func main() {
            	file, err := os.Create(os.Args[1])
            	if err != nil {
            		panic(err)
            	}
            	out = bufio.NewWriter(file)
            	calls()
            	out.Flush()
            	file.Close()
            }

            func say(name string, arguments ...interface{}) {
            	out.WriteString(name)
            	write(arguments)
            	out.WriteString("\\t")
            }

            func end(results ...interface{}) {
            	write(results)
            	out.WriteString("\\n")
            }

            type boxed struct{ inside interface{} }

            func write(values []interface{}) {
            	for _, value := range values {
            		out.WriteString("\\t")
            		if b, ok := value.(boxed); !ok {
            			out.WriteString(show(reflect.ValueOf(value), 2))
            		} else if b.inside == nil {
            			out.WriteString("nil")
            		} else {
            			out.WriteString(dynamic(reflect.ValueOf(b.inside), 2))
            		}
            	}
            }

            // show writes a value as goroscope does; far is how many pointers are followed.
            func show(v reflect.Value, far int) string {
            	switch v.Kind() {
            	case reflect.Bool:
            		return strconv.FormatBool(v.Bool())
            	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
            		if v.Type() == reflect.TypeOf(time.Second) {
            			return time.Duration(v.Int()).String()
            		}
            		return strconv.FormatInt(v.Int(), 10)
            	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
            		return strconv.FormatUint(v.Uint(), 10)
            	case reflect.Float32:
            		return fmt.Sprint(float32(v.Float()))
            	case reflect.Float64:
            		return fmt.Sprint(v.Float())
            	case reflect.Complex64, reflect.Complex128:
            		return fmt.Sprint(v.Complex())
            	case reflect.String:
            		return quote(v.String())
            	case reflect.Slice:
            		if v.IsNil() {
            			return "nil"
            		}
            		if v.Type().Elem().Kind() == reflect.Uint8 {
            			b := make([]byte, v.Len())
            			reflect.Copy(reflect.ValueOf(b), v)
            			return quote(string(b))
            		}
            		return list(v, far)
            	case reflect.Array:
            		return list(v, far)
            	case reflect.Ptr:
            		if v.IsNil() {
            			return "nil"
            		}
            		if far == 0 || v.Type().Elem().Size() == 0 {
            			return "0x" + strconv.FormatUint(uint64(v.Pointer()), 16)
            		}
            		return "&" + show(v.Elem(), far-1)
            	case reflect.Map, reflect.Chan:
            		if v.IsNil() {
            			return "nil"
            		}
            		return v.Type().String() + "(len " + strconv.Itoa(v.Len()) + ")"
            	case reflect.Func:
            		if v.IsNil() {
            			return "nil"
            		}
            		return runtime.FuncForPC(v.Pointer()).Name()
            	case reflect.Struct:
            		if v.Type() == reflect.TypeOf(time.Time{}) {
            			return v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.999999999Z")
            		}
            		var fields []string
            		for i := 0; i < v.NumField(); i++ {
            			fields = append(fields, v.Type().Field(i).Name+":"+show(v.Field(i), far))
            		}
            		return "{" + strings.Join(fields, " ") + "}"
            	case reflect.Interface:
            		if v.IsNil() {
            			return "nil"
            		}
            		return dynamic(v.Elem(), far)
            	}
            	return "?" + v.Kind().String()
            }

            func dynamic(v reflect.Value, far int) string {
            	name := v.Type().String()
            	if name == "*errors.errorString" {
            		return name + "(" + quote(v.Interface().(error).Error()) + ")"
            	}
            	if (v.Kind() == reflect.Map || v.Kind() == reflect.Chan) && !v.IsNil() {
            		return show(v, far)
            	}
            	switch name {
            	case "int", "string", "bool", "float64":
            		return show(v, far)
            	}
            	return name + "(" + show(v, far) + ")"
            }

            func list(v reflect.Value, far int) string {
            	var all []string
            	for i := 0; i < v.Len(); i++ {
            		all = append(all, show(v.Index(i), far))
            	}
            	return "[" + strings.Join(all, " ") + "]"
            }

            func quote(s string) string {
            	var b strings.Builder
            	b.WriteByte('"')
            	for _, r := range s {
            		switch {
            		case r == '"' || r == '\\\\':
            			b.WriteByte('\\\\')
            			b.WriteRune(r)
            		case r == '\\n':
            			b.WriteString("\\\\n")
            		case r == '\\t':
            			b.WriteString("\\\\t")
            		case r < 0x20:
            			fmt.Fprintf(&b, "\\\\x%02x", r)
            		default:
            			b.WriteRune(r)
            		}
            	}
            	b.WriteByte('"')
            	return b.String()
            }

            """;
}
