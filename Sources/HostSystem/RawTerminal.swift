import Foundation
import SystemPackage

/// A terminal that hands on every key as it is pressed, Ctrl-C included, until it is given back.
public final class RawTerminal {
    private let descriptor: Int32
    private var saved: termios

    /// Takes the terminal that `descriptor` is; nil where it is none.
    public init?(_ descriptor: FileDescriptor = .standardInput) {
        self.descriptor = descriptor.rawValue
        var settings = termios()
        guard tcgetattr(self.descriptor, &settings) == 0 else { return nil }
        saved = settings
        cfmakeraw(&settings)
        guard tcsetattr(self.descriptor, TCSANOW, &settings) == 0 else { return nil }
    }

    /// Puts the terminal's settings back.
    public func restore() { tcsetattr(descriptor, TCSADRAIN, &saved) }

    deinit { restore() }
}
