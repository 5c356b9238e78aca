"""Version of the service, for records and packs; apart from the engines, which take seconds to import."""

from importlib.metadata import version

SERVICE_VERSION = version("borrador")
