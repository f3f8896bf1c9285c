import ArgumentParser

/// The platform, for commands that make machines and select no tests.
struct PlatformOption: ParsableArguments {
    @Option(name: [.customShort("p"), .long], help: "The platform: qemu.")
    var platform = "qemu"

    func validate() throws {
        guard try KnownNames.platform(platform) == "qemu" else {
            throw ValidationError("--platform \(platform): machines are of the platform qemu only")
        }
    }
}
