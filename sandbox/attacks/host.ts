import type { Attack } from './attack.ts'

/** Attacks on files, networks and secrets of the machine. */
export const HOST: readonly Attack[] = [
  {
    name: 'host-files',
    what: 'files of the host',
    main: `for path in (HOST['file'], '/etc/shadow', '/etc/passwd', '/root', '/var', '/sys', '/boot', '/sandbox/../etc/hosts'):
    attempt(path, lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())
for path in ('/dev/sda', '/dev/vda', '/dev/kvm', '/dev/mem', '/dev/fuse'):
    attempt(path, lambda: os.open(path, os.O_RDONLY))`,
  },
  {
    name: 'write-system',
    what: 'a change to the system or to the sandbox itself',
    main: `for path in ('/usr/x', '/usr/bin/python3', '/x', '/dev/x', '/sandbox/main.py', '/proc/x', '/etc/x'):
    attempt(path, lambda: open(path, 'w'))`,
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'symbolic-links',
    what: 'links out of the workspace',
    main: `for name, target in (('passwd', '/etc/passwd'), ('secret', HOST['file']), ('up', '../../../../etc/shadow')):
    os.symlink(target, name)
    attempt(name, lambda: open(name).read())
try: os.link('/usr/bin/env', 'hard')
except (OSError, AttributeError) as error: held('hard link', reason(error))
os.symlink('/', 'root')
os.symlink('loop', 'loop')
os.mkfifo('pipe') if hasattr(os, 'mkfifo') else None`,
    layers: {
      zygote: { ENOENT: 'mount namespace, and links are not followed', EXDEV: 'mount namespace' },
      gvisor: { ENOENT: 'a root of its own, and links are not followed', EXDEV: 'a root of its own' },
    },
  },
  {
    name: 'environment',
    what: 'secrets of the environment',
    main: `import subprocess
text = repr(dict(os.environ))
if HOST['secret'] in text: breach('os.environ', text)
else: held('os.environ', 'clean')
if len(os.environ) > 20: breach('os.environ', list(os.environ))`,
    layers: {
      linux: { clean: 'an empty environment' },
      pyodide: { clean: 'an empty environment' },
    },
  },
  {
    name: 'network',
    what: 'a connection to the host, to a network, or to a name server',
    main: `def connect(address):
    with socket.create_connection(address, 1) as stream:
        stream.sendall(b'hello')
        return stream.recv(100) or b'closed'
attempt('host', lambda: connect(('127.0.0.1', HOST['port'])))
attempt('internet', lambda: connect(('1.1.1.1', 80)))
attempt('IPv6', lambda: connect(('::1', HOST['port'])))
attempt('datagram', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53)))
attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
if hasattr(socket, 'AF_PACKET'): attempt('packet', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
if hasattr(socket, 'AF_NETLINK'): attempt('netlink', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
if hasattr(socket, 'AF_VSOCK'): attempt('vsock', lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
# Pyodide makes up an address, and asks no one.
if sys.platform != 'emscripten': attempt('name', lambda: socket.getaddrinfo('example.com', 80))`,
    layers: { linux: { gaierror: 'no network', EAI_AGAIN: 'no network' } },
  },
  {
    name: 'local-sockets',
    what: 'an abstract or a named socket of the host',
    main: `def connect(path):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)
        return stream.recv(100)
attempt('abstract', lambda: connect('\\0' + HOST['abstract']))
attempt('named', lambda: connect(HOST['socket']))`,
    layers: { zygote: { ECONNREFUSED: 'network namespace' } },
  },
  {
    name: 'terminal',
    what: 'characters that are put into the terminal of the host',
    main: `import fcntl
for path in ('/dev/tty', '/dev/console', '/dev/tty1', '/dev/pts/0', '/dev/ptmx'):
    attempt(path, lambda: os.open(path, os.O_RDWR | os.O_NOCTTY))
for fd in (0, 1, 2):
    attempt(f'TIOCSTI {fd}', lambda: fcntl.ioctl(fd, 0x5412, b'x'))`,
    backends: ['zygote', 'gvisor'],
  },
]
