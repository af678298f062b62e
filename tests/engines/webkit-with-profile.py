#!/usr/bin/python3
"""WebKitGTK with a profile on the disk, for its driver: under automation MiniBrowser keeps nothing that a page stores.

webkit-with-profile.py [--dark] [--still] [--cameras] FOLDER

What pages store lies in the folder; the cache of what was downloaded lies with the user's caches. WebKit maps its cache into
memory, and on a full disk a process that touches what could not be written is killed: that is no test of a page. Cameras are WebKit's own
for tests, one that looks at the person and one that looks away; pages may use them.
"""

import argparse

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--dark", action="store_true")
parser.add_argument("--still", action="store_true")
parser.add_argument("--cameras", action="store_true")
parser.add_argument("folder")
asked = parser.parse_args()

# What the desktop would say to every program.
desktop = Gtk.Settings.get_default()
desktop.set_property("gtk-application-prefer-dark-theme", asked.dark)
desktop.set_property("gtk-enable-animations", not asked.still)

data = WebKit2.WebsiteDataManager(
    base_data_directory=asked.folder, base_cache_directory=GLib.get_user_cache_dir()
)
context = WebKit2.WebContext(website_data_manager=data)
context.set_automation_allowed(True)


def open_window(_session):
    settings = WebKit2.Settings(enable_mock_capture_devices=asked.cameras)
    view = WebKit2.WebView(
        web_context=context, is_controlled_by_automation=True, settings=settings
    )
    view.connect("permission-request", lambda _view, request: asked.cameras and (request.allow() or True))
    view.connect("close", lambda _view: Gtk.main_quit())
    window = Gtk.Window(default_width=1280, default_height=900)
    window.add(view)
    window.show_all()
    return view


def begin(_context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name("MiniBrowser")
    session.set_application_info(info)
    session.connect("create-web-view", open_window)


context.connect("automation-started", begin)
Gtk.main()
