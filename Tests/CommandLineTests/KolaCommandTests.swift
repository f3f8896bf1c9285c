import Testing

@testable import cosa

@Suite("cosa kola")
struct KolaCommandTests {
    @Test(
        "options before the verb are moved behind it; the rest is untouched",
        arguments: [
            (["run", "basic", "--build", "x"], ["run", "basic", "--build", "x"]),
            (["--build", "1.0", "run", "basic"], ["run", "--build", "1.0", "basic"]),
            (["--build=1.0", "--output-dir", "o", "run"], ["run", "--build=1.0", "--output-dir", "o"]),
            (["--help"], ["--help"]), ([], []), (["--build"], ["--build"]),
        ])
    func order(given: [String], expected: [String]) {
        #expect(KolaCommand.order(given) == expected)
    }

    @Test("the nearest command is named only where it is near")
    func spelling() {
        let known = ["build", "buildextend", "init", "list"]
        #expect(Spelling.nearest(to: "biuld", in: known) == "build")
        #expect(Spelling.nearest(to: "lst", in: known) == "list")
        #expect(Spelling.nearest(to: "frobnicate", in: known) == nil)
    }

    @Test("buildextend-PLATFORM is buildextend PLATFORM")
    func platforms() {
        #expect(
            CommandLineRunner<Cosa>.expand(["buildextend-qemu", "--force"]) == ["buildextend", "qemu", "--force"])
        #expect(CommandLineRunner<Cosa>.expand(["buildextend-secex"]) == ["buildextend", "qemu-secex"])
        #expect(CommandLineRunner<Cosa>.expand(["build", "buildextend-qemu"]) == ["build", "buildextend-qemu"])
    }
}
