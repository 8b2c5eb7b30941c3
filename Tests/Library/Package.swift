// swift-tools-version: 6.2
import PackageDescription

// A program of somebody else: it sees of Havre only what is public.
let package = Package(
    name: "library",
    dependencies: [.package(name: "havre", path: "../..")],
    targets: [
        .executableTarget(
            name: "library", dependencies: [.product(name: "Havre", package: "havre")], path: ".",
            exclude: ["run"], sources: ["main.swift"])
    ],
    swiftLanguageModes: [.v6]
)
