import GLib
import Testing

@Suite("GLib")
struct GLibTests {
    @Test("Numbers keep their value up to the end of their type")
    func numbers() {
        #expect(Variant.uint32(.max).integer == 4_294_967_295)
        #expect(Variant.int64(.min).integer == .min)
        // More than a signed number holds: the bits are kept, as byte-swapped times need them.
        #expect(Variant.uint64(.max).integer == -1)
        #expect(Variant.boolean(true).integer == nil && Variant.string("1").integer == nil)
    }

    @Test("A value is read as its own type only; libglib would abort the process or print a warning")
    func types() {
        #expect(Variant.string("a").string == "a" && Variant.string("a").bytes == nil)
        #expect(Variant.bytes([97, 0, 98]).bytes == [97, 0, 98] && Variant.bytes([97, 0]).string == nil)
        #expect(Variant.bytes([]).bytes == [])
        #expect(Variant.boxed(.string("a")).unboxed?.string == "a" && Variant.string("a").unboxed == nil)
        #expect(Variant.string("a")["key"] == nil && Variant.string("a").count == 0)
    }

    @Test("A dictionary is sorted by key, since a commit's checksum covers its bytes")
    func dictionary() {
        let dictionary = Variant.dictionary(["b": .string("2"), "a": .boolean(true), "c": .strings(["x", "y"])])
        #expect(dictionary.description == "{'a': <true>, 'b': <'2'>, 'c': <['x', 'y']>}")
        #expect(dictionary["b"]?.string == "2" && dictionary["d"] == nil)
    }

    @Test("A call that fails without giving a reason fails")
    func failureWithoutReason() {
        let reason = "cannot try: the library refused the call without giving a reason"
        #expect {
            try checked("try") { _ in 0 }
        } throws: { "\($0)" == reason }
        #expect {
            _ = try unwrapped("try") { _ in Int?.none }
        } throws: { "\($0)" == reason }
    }
}
