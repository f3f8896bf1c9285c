import Deployment
import Testing

@Suite("Kernel arguments")
struct KernelArgumentsTests {
    @Test("are split at white space outside of quotes")
    func splitting() {
        let arguments = KernelArguments(parsing: "  rw root=LABEL=root\tdyndbg=\"file a.c +p\"  quiet ")
        #expect(arguments.arguments == ["rw", "root=LABEL=root", "dyndbg=\"file a.c +p\"", "quiet"])
        #expect(arguments.description == "rw root=LABEL=root dyndbg=\"file a.c +p\" quiet")
        #expect(KernelArguments(parsing: " ").arguments.isEmpty)
    }

    @Test("keep every value of a key, in order")
    func values() {
        let arguments: KernelArguments = ["console=tty0", "quiet", "root=UUID=1", "console=ttyS0,115200n8"]
        #expect(arguments.values(of: "console") == ["tty0", "ttyS0,115200n8"])
        #expect(arguments.values(of: "root") == ["UUID=1"])
        #expect(arguments.values(of: "quiet") == [""])
        #expect(arguments.contains(key: "root") && !arguments.contains(key: "roo"))
    }

    @Test("append adds a second value, appendIfMissing only another one")
    func appending() {
        var arguments: KernelArguments = ["console=tty0"]
        arguments.append("console=ttyS0")
        arguments.appendIfMissing("console=tty0")
        arguments.appendIfMissing("quiet")
        #expect(arguments == ["console=tty0", "console=ttyS0", "quiet"])
    }

    @Test("replace changes the only value, or the one that is named, in its place")
    func replacing() throws {
        var arguments: KernelArguments = ["a=1", "console=tty0", "console=ttyS0", "root=UUID=1", "rw"]
        try arguments.replace("a=2")
        try arguments.replace("console=tty0=tty1")
        try arguments.replace("root=UUID=2")
        #expect(arguments == ["a=2", "console=tty1", "console=ttyS0", "root=UUID=2", "rw"])
        #expect(throws: KernelArgumentError.missing("b=1")) { try arguments.replace("b=1") }
        #expect(throws: KernelArgumentError.ambiguous(key: "console", values: ["tty1", "ttyS0"])) {
            try arguments.replace("console=x")
        }
    }

    @Test("delete takes away one argument and says when it cannot know which")
    func deleting() throws {
        var arguments: KernelArguments = ["rw", "console=tty0", "console=ttyS0", "a=1"]
        try arguments.delete("console=tty0")
        try arguments.delete("a")
        try arguments.delete("rw")
        #expect(arguments == ["console=ttyS0"])
        #expect(throws: KernelArgumentError.missing("a=1")) { try arguments.delete("a=1") }
        #expect(throws: KernelArgumentError.missing("rw")) { try arguments.delete("rw") }
        arguments.append("console=tty0")
        #expect(throws: KernelArgumentError.ambiguous(key: "console", values: ["ttyS0", "tty0"])) {
            try arguments.delete("console")
        }
    }

    @Test("set leaves exactly one value where the first one was")
    func setting() {
        var arguments: KernelArguments = ["id=1", "rw", "id=2"]
        arguments.set("id", to: "3")
        arguments.set("new", to: "x")
        #expect(arguments == ["id=3", "rw", "new=x"])
    }

    @Test("deleteAll takes away every value of a key")
    func deletingAll() {
        var arguments: KernelArguments = ["console=tty0", "consoleblank=0", "console=ttyS0"]
        arguments.deleteAll(key: "console")
        #expect(arguments == ["consoleblank=0"])
    }
}
