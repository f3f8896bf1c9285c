import Ignition
import VirtualMachine

/// Gives the installer the installed system's Ignition config where there is no network: the live system itself answers at an
/// address of its own, so that a kernel argument is all that any installer needs.
enum TargetConfigServer {
    /// The address that `coreos.inst.ignition_url` gets.
    static let url = "http://127.0.0.1:8080/target.ign"
    static let path = "/etc/kola-target-config"

    /// Reads the request's head, as a connection that is closed with unread bytes is a broken one to the client.
    static let script = """
        while read -r line && [ "${line%$'\\r'}" ]; do :; done
        exec cat \(path)
        """

    /// Adds the server to the live system's config.
    ///
    /// - Parameter target: the installed system's, as JSON.
    static func add(_ target: [UInt8], to config: inout IgnitionConfig) {
        let head = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(target.count)\r\n\r\n"
        config.addFile(path, contents: Array(head.utf8) + target, mode: 0o600)
        config.addUnit(
            "kola-target-config.socket",
            contents: """
                [Unit]
                Description=The Ignition config of the system that is installed

                [Socket]
                ListenStream=127.0.0.1:8080
                Accept=yes

                [Install]
                WantedBy=sockets.target

                """)
        config.addUnit(
            "kola-target-config@.service",
            contents: """
                [Unit]
                Description=The Ignition config of the system that is installed

                [Service]
                StandardInput=socket
                StandardOutput=socket
                ExecStart=/bin/bash -c "\(UnitFile.quoted(script))"

                """, enabled: nil)
    }
}
