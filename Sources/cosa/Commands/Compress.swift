import ArgumentParser

struct Compress: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compress a build's files for its release.",
        discussion: """
            The compressor is that of the build's image.yaml (platform-compressor, compressor), else gzip. Files that are \
            compressed already and those marked with skip-compression stay as they are. A run that was killed is taken up \
            by the next one.
            """)

    @OptionGroup var arguments: CompressionArguments

    func run() async throws { try await arguments.run(.compress) }
}
