import Foundation
import HostSystem
import SystemPackage

/// The programs of this package, as the test run built them.
enum Tool {
    /// The path of a program beside the test runner.
    static func path(_ name: String) -> String {
        // Swift Testing runs inside the test bundle's own executable, which is where the products are.
        let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = FilePath(runner).removingLastComponent().appending(name)
        if FileContent.exists(beside) { return beside.string }
        return ProcessInfo.processInfo.arguments.first.map {
            FilePath($0).removingLastComponent().appending(name).string
        } ?? name
    }
}
