import ArgumentParser
import TestRunner

/// What the tests of live images do.
struct LiveOptions: ParsableArguments {
    @Flag(help: "Installers of live tests take images without a signature.")
    var instInsecure = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Kernel arguments for live tests that boot over the network (repeatable).", valueName: "arguments"))
    var pxeKargs: [String] = []

    /// Puts them into the options of a run.
    func apply(to options: inout RunOptions) {
        options.installsUnsigned = instInsecure
        // Upstream's option takes several with commas between them.
        options.netbootKernelArguments = pxeKargs.flatMap { $0.split { ", ".contains($0) } }.map(String.init)
    }
}
