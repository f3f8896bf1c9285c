import ArgumentParser
import Pipeline

/// How an image's layers are made.
struct LayerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The layout: 1 or 2 (OSTree in a container) or plain.", valueName: "1|2|plain"))
    var format: String?

    @Option(help: ArgumentHelp("The greatest number of layers.", valueName: "number"))
    var maxLayers: Int?

    @Option(help: ArgumentHelp("How layers are compressed.", valueName: "gzip|zstd"))
    var compressor: String?

    @Option(help: ArgumentHelp("The compressor's level.", valueName: "number"))
    var compressionLevel: Int?

    /// As the pipeline takes them.
    var options: ContainerOptions {
        var options = ContainerOptions()
        options.format = format
        options.maxLayers = maxLayers
        options.compressor = compressor
        options.compressionLevel = compressionLevel
        return options
    }
}
