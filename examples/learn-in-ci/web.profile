abi <abi/3.0>,

# The shop's web server. Staging runs it in complain mode, production enforces it.
profile web flags=(attach_disconnected,mediate_deleted) {
  network inet stream,

  # the program
  /usr/sbin/nginx mr,
  /etc/nginx/** r,

  # what it serves
  /srv/www/*.html r,

  signal receive peer=unconfined,
}
