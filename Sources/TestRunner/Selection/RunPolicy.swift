/// How failures count in a run: what denylist, grace periods and command line say together.
struct RunPolicy: Sendable, Equatable {
    /// Tests, or parts of them (`a/b`), that do not run.
    var denied: [Glob] = []
    /// Tests, or parts of them, whose failure is a warning.
    var warned: [Glob] = []
    /// Tests whose failure is a warning because they are new.
    var graced: Set<String> = []
    /// What is found in consoles and journals is told, and fails no test.
    var consoleFindingsWarn = false

    func isDenied(_ test: KolaTest, part: String? = nil) -> Bool {
        denied.contains { $0.matches(Self.name(test, part)) }
    }

    func isWarned(_ test: KolaTest, part: String? = nil) -> Bool {
        graced.contains(test.declaredName) || warned.contains { $0.matches(Self.name(test, part)) }
    }

    private static func name(_ test: KolaTest, _ part: String?) -> String {
        part.map { "\(test.declaredName)/\($0)" } ?? test.declaredName
    }
}
