import Foundation

/// Somebody who has signed another image than the one that is installed. The secret half of the key is gone.
enum UnknownSigner {
    /// Where the default OS has the keys of those who may sign images.
    static let keyPath = "/etc/pki/rpm-gpg/kola-unknown-signer"

    /// The public key (OpenPGP, binary).
    static var key: [UInt8] { bytes(keyText) }

    /// The signature of something else (OpenPGP, detached, binary).
    static var signature: [UInt8] { bytes(signatureText) }

    private static func bytes(_ text: String) -> [UInt8] { Data(base64Encoded: text).map(Array.init) ?? [] }

    private static let keyText =
        "mDMEXgvhABYJKwYBBAHaRw8BAQdAuWv2P4cVVE9p2fG63gO5N7i1gG3JnX+YDtTF+CZFkeq0IkEga2V5IHdob3NlIHNlY3JldCBo"
        + "YWxmIG5vYm9keSBoYXOIkAQTFggAOBYhBPJcX5D2yOnf6TspYBT1o4UyTOCzBQJeC+EAAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4B"
        + "AheAAAoJEBT1o4UyTOCzbywA/13Q8QiDbU0ghn+3xQ8yCESehreHq7lPSPNDHU7FfV0SAPsF1+4JwAMT7qIcUqhrkF8I+i77L089"
        + "yfa0r8bg/w6lBQ=="

    private static let signatureText =
        "iHUEABYIAB0WIQTyXF+Q9sjp3+k7KWAU9aOFMkzgswUCXgvhAAAKCRAU9aOFMkzgs5kfAP0TRmdZfW4NOoq7i7NfxSMKi8Pi4/Te"
        + "RZHkSRoyT9iQOQEA6SyDIxZIdTe8/1zv5sE6dqhEuMRt4mpWHYR/DuCN+wo="
}
